{% macro fault_policy_rules() %}
    {%- set flag = written_as(
        "(?i)true|false", "true or false", required=true
    ) -%}
    {%- set minutes = written_as("[0-9]{1,6}", "a whole number to 999999") -%}
    {{ return({
        "fault_class": one_of([
            "RECIPIENT_INVALID", "RECIPIENT_SUSPECT", "RECIPIENT_DEFERRED",
            "CONTENT_INVALID", "MEDIA_TRANSIENT", "DEVICE_DOWN",
            "DEVICE_LOGGED_OUT", "DEVICE_RESTRICTED", "DEVICE_THROTTLED",
            "DEVICE_CONFIG", "GATEWAY_AUTH", "GATEWAY_UNAVAILABLE",
            "UNCLASSIFIED",
        ], required=true),
        "uses_attempt": flag,
        "retry_minutes": written_as(
            "\\{([0-9]{1,6}(,[0-9]{1,6})*)?\\}",
            "whole numbers such as {5,30}, or {}", required=true
        ),
        "ends_enrollment": flag,
        "breaker_scope": one_of(["device", "gateway"]),
        "cool_down_minutes": minutes,
        "longest_cool_down_minutes": minutes,
        "devices_to_open": written_as(
            "[1-9][0-9]{0,5}", "a whole number from 1 to 999999"
        ),
        "cure": written_as(".+", "what mends it", required=true),
    }) }}
{% endmacro %}
