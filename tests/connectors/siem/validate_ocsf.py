"""Validates OCSF Detection Findings, one JSON object a line, with two public validators.

ocsf-json-schema knows 1.8 (fields, types, required ones); pydantic-ocsf 3.0.0 ships schemas up to 1.7 and checks the
sums (type_uid) and captions the other does not, so the event is shown to it as 1.7. Exit 1 with what is wrong.
"""
import json
import sys

from jsonschema import Draft202012Validator
from ocsf.v1_7_0.events import DetectionFinding
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

schema = OcsfJsonSchemaEmbedded(get_ocsf_schema(version="1.8.0")).get_class_schema(
    class_name="detection_finding", profiles=["security_control"]
)
validator = Draft202012Validator(schema)
failed = 0
with open(sys.argv[1], encoding="utf-8") as lines:
    for number, line in enumerate(lines, 1):
        event = json.loads(line)
        for error in validator.iter_errors(event):
            failed += 1
            print(f"line {number}: {'/'.join(map(str, error.path))}: {error.message[:300]}", file=sys.stderr)
        event["metadata"]["version"] = "1.7.0"
        try:
            DetectionFinding.model_validate(event)
        except ValueError as error:
            failed += 1
            print(f"line {number}: pydantic-ocsf: {error}", file=sys.stderr)
sys.exit(1 if failed else 0)
