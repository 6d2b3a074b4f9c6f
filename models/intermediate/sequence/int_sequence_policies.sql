with sequences as (

    select * from {{ ref('stg_app__sequences') }}

),

overrides as (

    select * from {{ ref('sequence_policies') }}

),

resolved as (

    select
        sequences.user_id,
        sequences.sequence_id,
        {{ policy('trigger_match') }} as trigger_match,
        {{ policy('on_failure') }} as on_failure,
        {{ policy('on_unknown') }} as on_unknown,
        {{ policy('unknown_grace_minutes', 'integer') }}
            as unknown_grace_minutes,
        {{ policy('on_undelivered') }} as on_undelivered,
        {{ policy('on_late') }} as on_late,
        {{ policy('late_after_hours', 'integer') }} as late_after_hours,
        {{ policy('advance_on') }} as advance_on,
        {{ policy('receipt_deadline_hours', 'integer') }}
            as receipt_deadline_hours,
        {{ policy('on_reply') }} as on_reply,
        {{ policy('on_retag') }} as on_retag,
        {{ policy('on_edit') }} as on_edit,
        {{ policy('reentry_after_days', 'integer') }} as reentry_after_days,
        {{ policy('one_open_enrollment', 'boolean') }} as one_open_enrollment,
        {{ policy('device_assignment') }} as device_assignment,
        {{ policy('time_zone') }} as time_zone,
        {{ policy('quiet_from', 'time') }} as quiet_from,
        {{ policy('quiet_until', 'time') }} as quiet_until,
        coalesce(
            {{ policy('skip_weekends', 'boolean') }}, sequences.skip_weekends
        ) as skip_weekends
    from sequences
    left join overrides
        on sequences.sequence_id::text = lower(overrides.sequence_id)

),

-- What of them matters to a contact once it is enrolled
hashed as (

    select
        *,
        {{ surrogate_key([
            'on_failure', 'on_unknown', 'unknown_grace_minutes',
            'on_undelivered', 'on_late', 'late_after_hours', 'advance_on',
            'receipt_deadline_hours', 'on_reply', 'on_retag', 'on_edit',
            'time_zone', 'quiet_from', 'quiet_until', 'skip_weekends'
        ]) }} as policy_hash
    from resolved

)

select * from hashed
