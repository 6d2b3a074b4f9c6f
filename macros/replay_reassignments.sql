{% macro replay_reassignments() -%}
    {# Where the requests of people lead each enrolment that they concern, step
       by step in their order, from the device it began with. A request moves
       only who was enrolled when it was made. Nobody is read where there is
       none. #}
    with recursive requests as (
        select * from {{ ref('stg_dispatch__operator_requests') }}
        where request_kind = 'reassign'
    ),

    moves as (
        select
            enrollments.*,
            null::text as reason,
            0::bigint as request_id
        from open_enrollments as enrollments
        where
            exists (select 1 from requests)
            and (
                (enrollments.user_id, enrollments.device_id) in (
                    select
                        requests.user_id,
                        requests.from_device_id
                    from requests
                )
                or (enrollments.user_id, enrollments.enrollment_id) in (
                    select
                        requests.user_id,
                        requests.enrollment_id
                    from requests
                )
            )
        union all
        select
            moves.user_id,
            moves.sequence_id,
            moves.enrollment_id,
            moves.contact_phone,
            moves.lead_id,
            next_request.to_device_id,
            moves.source,
            moves.enrolled_at,
            moves.definition_hash,
            moves.enrolling_invocation_id,
            next_request.reason,
            next_request.request_id
        from moves
        cross join lateral (
            select
                requests.to_device_id,
                requests.reason,
                requests.request_id
            from requests
            where
                requests.user_id = moves.user_id
                and requests.request_id > moves.request_id
                and requests.requested_at >= moves.enrolled_at
                and (
                    requests.from_device_id = moves.device_id
                    or requests.enrollment_id = moves.enrollment_id
                )
            order by requests.request_id
            limit 1
        ) as next_request
    )

    select distinct on (user_id, enrollment_id) *
    from moves
    order by user_id asc, enrollment_id asc, request_id desc
{%- endmacro %}
