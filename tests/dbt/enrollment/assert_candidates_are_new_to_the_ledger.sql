-- Nobody is to be enrolled for whom the ledger has an attempt in that very
-- enrolment: the memory of it was lost. This stands before the insert, which
-- would hide the loss; `dbt test` comes after it, and asks of whom the memory
-- does not have as enrolled. To enrol them anew, on what the ledger knows of
-- them: dbt build --vars 'accept_lost_memory: true'.
with candidates as (

    select * from {{ ref('enrollment_candidates') }}

),

attempts as (

    select * from {{ ref('stg_dispatch__broadcast_messages') }}

),

decisions as (

    select * from {{ ref('sequence_decisions') }}

),

forgotten as (

    select
        candidates.user_id,
        candidates.enrollment_id
    from candidates
    where
        not {{ var('accept_lost_memory') }}
        and (
            {{ flags.WHICH != 'test' }}
            or not exists (
                select 1 from decisions
                where
                    decisions.user_id = candidates.user_id
                    and decisions.enrollment_id = candidates.enrollment_id
                    and decisions.decision = 'enrolled'
            )
        )
        and exists (
            select 1 from attempts
            where
                attempts.user_id = candidates.user_id
                and attempts.enrollment_id = candidates.enrollment_id
        )

)

select * from forgotten
