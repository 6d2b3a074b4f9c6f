{% macro sequence_policy_rules() %}
    {%- set count = written_as("[0-9]{1,6}", "a whole number to 999999") -%}
    {%- set flag = written_as("(?i)true|false", "true or false") -%}
    {%- set time = written_as(
        "([01][0-9]|2[0-3]):[0-5][0-9]", "HH:MM, 00:00 to 23:59"
    ) -%}
    {{ return({
        "sequence_id": written_as(
            ".+", "the id of a sequence", required=true
        ),
        "trigger_match": one_of(["exact", "contains"]),
        "on_failure": one_of(["stop", "continue"]),
        "on_unknown": one_of(["assume_sent", "hold", "resend"]),
        "unknown_grace_minutes": count,
        "on_undelivered": one_of(["fail", "retry"]),
        "on_late": one_of(["send", "skip"]),
        "late_after_hours": count,
        "advance_on": one_of(["sent", "delivered"]),
        "receipt_deadline_hours": count,
        "on_reply": one_of(["exit", "ignore"]),
        "on_retag": one_of(["ignore", "exit"]),
        "on_edit": one_of(["follow", "pin"]),
        "reentry_after_days": count,
        "one_open_enrollment": flag,
        "device_assignment": one_of(["lead", "least_loaded"]),
        "time_zone": {
            "choices": modules.pytz.all_timezones,
            "expected": "an IANA name such as Asia/Kuala_Lumpur",
        },
        "quiet_from": time,
        "quiet_until": time,
        "skip_weekends": flag,
    }) }}
{% endmacro %}
