"""Support: help-desk tickets and bug reports."""

from __future__ import annotations

from dllm_struct.models.bundled.data import pools
from dllm_struct.models.bundled.data.draw import Draw
from dllm_struct.models.bundled.data.kinds.people import MAIL
from dllm_struct.models.bundled.data.names import person, several_of
from dllm_struct.models.bundled.data.said import Said
from dllm_struct.models.bundled.data.types import Field, Kind
from dllm_struct.models.bundled.data.values import (
    BOOLEAN,
    COUNT,
    DATE,
    STRING,
    array,
    choice,
    copied,
    day,
    enum,
    whole,
    yes_no,
)


def _component(draw: Draw) -> Said:
    text = draw.pick(pools.COMPONENTS)
    if draw.chance(0.25):
        text = f"{draw.made_up()} {draw.pick(text.split())}"
    return Said(text, text)


def _trouble(draw: Draw) -> Said:
    text = draw.pick(pools.TROUBLES)
    return Said(text, text)


def _version(draw: Draw) -> Said:
    text = ".".join(str(draw.between(0, 14)) for _ in range(draw.between(2, 3)))
    return Said(text, draw.pick(("", "", "v")) + text if draw.chance(0.3) else text)


def _file(draw: Draw) -> Said:
    name = f"{draw.made_up().lower()}{draw.pick(('', '_' + draw.pick(pools.TOPICS)))}"
    text = f"{name}.{draw.pick(('py', 'js', 'rs', 'c', 'java', 'html'))}"
    return Said(text, text)


PRIORITY = Field(
    ("priority", "urgency", "importance"),
    choice(
        {
            "high": ("urgent", "high priority", "very important", "critical", "high"),
            "medium": ("medium priority", "of normal priority", "moderately important", "medium"),
            "low": ("low priority", "not urgent", "minor", "low"),
        }
    ),
    enum("low", "medium", "high"),
)

COMPONENT = Field(("component", "module", "feature", "part"), _component, STRING)
PROBLEM = Field(("problem", "issue", "summary", "description"), _trouble, STRING)

TICKET = Kind(
    "ticket",
    {
        "ticket_id": Field(
            ("ticket_id", "ticket", "ticket_number", "case_number"),
            copied("#####", "T-####", "@@@-###", "CS####"),
            STRING,
        ),
        "reporter": Field(("reporter", "name", "customer", "opened_by", "user"), person, STRING),
        "email": MAIL,
        "priority": PRIORITY,
        "component": COMPONENT,
        "problem": PROBLEM,
        "status": Field(
            ("status", "state", "ticket_status"),
            choice(
                {
                    "open": ("open", "still open", "not solved yet"),
                    "closed": ("closed", "solved", "done"),
                    "waiting": ("waiting", "on hold", "waiting for the customer"),
                }
            ),
            enum("open", "waiting", "closed"),
        ),
        "date": Field(("opened_on", "date", "created", "reported_on"), day, DATE),
        "tags": Field(
            ("tags", "labels", "categories"), several_of(pools.TAGS, 1, 3), array(STRING)
        ),
        "refund": Field(
            ("refund_requested", "wants_refund", "refund"),
            yes_no(
                ("I want my money back", "Please refund me", "I ask for a refund"),
                ("I do not need a refund", "No refund needed", "Keep the money"),
            ),
            BOOLEAN,
        ),
    },
    (
        "Ticket {ticket_id} <from|by> {reporter}: the {component} {problem}. <It is {priority}.|"
        "Status: {status}.|>",
        "Hi, the {component} {problem}. <This is {priority}.|{refund}.> {reporter}<, {email}|>",
        "{reporter} <reports|says> that the {component} {problem}. <Priority: {priority}.|Ticket "
        "{ticket_id} is {status}.>",
        "Case {ticket_id} ({status}, {priority}): {component} {problem}. Labels: {tags}.",
        "<Since|On> {date} the {component} {problem}. Please answer to {email}. {refund}. "
        "{reporter}",
        "#{ticket_id}\nFrom: {reporter} ({email})\nPriority: {priority}\nThe {component} "
        "{problem}.",
        "My {component} {problem}! {refund}. <My case number is {ticket_id}.|It is {priority}.>",
        "On {date} {reporter} opened ticket {ticket_id}, tagged {tags}. It is {status}.",
        "{ticket_id} is {status} and {priority}. {reporter} wrote that the {component} {problem}.",
        "Support, help! The {component} {problem}. Treat this as {priority}. Mail {email}.",
    ),
    (
        "Good afternoon, {reporter} here. Every day the {component} {problem}. {refund}. "
        "I would call that {priority}. You find me at {email}.",
        "{date}: {reporter} contacted us ({ticket_id}). In short, the {component} {problem}. "
        "Currently {status}.",
        "Request {ticket_id} is {status}. Topic: {component} {problem}. Keywords {tags}.",
    ),
    {("reporter", "contact", "from"): ("reporter", "email")},
)

BUG = Kind(
    "bug",
    {
        "component": COMPONENT,
        "problem": PROBLEM,
        "version": Field(("version", "app_version", "release"), _version, STRING),
        "os": Field(
            ("os", "operating_system", "platform"),
            choice({os: (os,) for os in ("Windows", "macOS", "Linux", "Android", "iOS")}),
            enum("Windows", "macOS", "Linux", "Android", "iOS"),
        ),
        "severity": Field(
            ("severity", "level", "impact"),
            choice(
                {
                    "blocker": ("a blocker", "it blocks the release", "nobody can work"),
                    "major": ("a major bug", "a serious problem", "major"),
                    "minor": ("a minor bug", "a small annoyance", "minor"),
                }
            ),
            enum("blocker", "major", "minor"),
        ),
        "reproducible": Field(
            ("reproducible", "always_happens", "is_reproducible"),
            yes_no(
                ("It happens every time", "I can reproduce it", "Reproducible"),
                ("It happens only sometimes", "I cannot reproduce it", "Not reproducible"),
            ),
            BOOLEAN,
        ),
        "file": Field(("file", "filename", "source_file", "path"), _file, STRING),
        "line": Field(("line", "line_number", "at_line"), whole(1, 1900), COUNT),
        "reporter": Field(("reporter", "found_by", "author", "name"), person, STRING),
    },
    (
        "The {component} {problem} <in|since> version {version} on {os}. <{reproducible}.|>",
        "Bug in {version} ({os}): {component} {problem}. <Severity: {severity}.|{reproducible}.>",
        "{reporter} found that the {component} {problem}. <See {file}, line {line}.|OS: {os}.|"
        "It is {severity}.>",
        "Error in {file} <at|on> line {line}: the {component} {problem}. <Version {version}.|>",
        "On {os} with release {version} the {component} {problem}. I'd say {severity}.",
        "{file}:{line} - {component} {problem} ({severity}). Reported by {reporter}.",
        "Component: {component}\nVersion: {version}\nOS: {os}\nProblem: {problem}\n{reproducible}",
        "Using {os}, I saw that the {component} {problem}. {reproducible}. <Regards, {reporter}|>",
        "Please fix {file}: around line {line} something goes wrong and the {component} {problem}. "
        "{severity}!",
        "After the update to {version} the {component} {problem}, says {reporter}. {reproducible}.",
    ),
    (
        "Since we installed {version} on {os}, our {component} {problem}; {severity}. {reporter}",
        "Look at line {line} of {file}. There the {component} {problem}. {reproducible}.",
        "{reporter} writes: my {component} {problem}. I run {os}, build {version}. {reproducible}.",
    ),
    {("source", "where", "code"): ("file", "line")},
)

SUPPORT = (TICKET, BUG)
