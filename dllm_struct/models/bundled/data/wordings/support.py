"""Further wordings about support: help-desk tickets and bug reports."""

from __future__ import annotations

from dllm_struct.models.bundled.data.wordings.types import Wordings

TICKET = Wordings(
    phrasings=(
        "Hi,\n\nmy {component} {problem}. It is {priority}. {refund}.\n<My ticket is "
        "{ticket_id}.\n|>\nRegards,\n{reporter}\n{email}",
        "{reporter} <opened|filed|raised> {ticket_id} because the {component} {problem}. <Status: "
        "{status}.|It is {priority}.>",
        "<The ticket|Our ticket|Case> {ticket_id} is about the {component}, which {problem}. "
        "<{reporter} reported it on {date}.|It is {status}.>",
        "New in the queue: {ticket_id}, {priority}, {status}. <User {reporter}.|Tags: {tags}.> "
        "The {component} {problem}.",
        "I am {reporter} and the {component} {problem}. {refund}. <My mail: {email}.|It is "
        "{priority}.>",
        "Why is it that the {component} {problem}? {refund}. <{reporter}|Answer to {email}.>",
        "<Dear support|Hello team>,\nthe {component} {problem}.\n{refund}.\n{reporter}\n{email}",
        "{date} - {ticket_id} - {reporter} - {component} {problem} - {status}",
        "{ticket_id}: {component} {problem}. <Tagged {tags}.|Marked as {priority}.|From {date}.>",
        "On {date} a user <named|called> {reporter} said that the {component} {problem}. It is "
        "{status}.",
        "A {tags} ticket: the {component} {problem}. <Number {ticket_id}.|{priority}.>",
        "{ticket_id} by {reporter}: {status}. The trouble was that the {component} {problem}.",
        "For weeks now the {component} {problem}. I am {reporter}, {email}. <{refund}.|Case: "
        "{ticket_id}.>",
        "{reporter} ({email}) has a problem: the {component} {problem}. <Priority "
        "{priority}.|Open since {date}.>",
        "{priority}! The {component} of {reporter} {problem}. <{ticket_id}|See {ticket_id}.>",
        "State of things: {ticket_id} is {status}. {reporter} still finds that the {component} "
        "{problem}.",
        "It seems the {component} {problem}. <{reporter} noticed it on {date}.|Ticket {ticket_id} "
        "covers it.> Labels: {tags}.",
        "Ticket: {ticket_id}\nUser: {reporter}\nMail: {email}\nArea: {component}\nIssue: "
        "{problem}\nState: {status}",
        "{tags}: these are the labels of {ticket_id}, {status} since {date}.",
        "Please look into {ticket_id}. The {component} {problem}. <{reporter} says it is "
        "{priority}.|We rate it {priority}.>",
        "Write back to {email}, please. My {component} {problem} since {date}. {refund}.",
        "{reporter} called. The {component} {problem}, and that is {priority}. <I noted "
        "{ticket_id}.|{refund}, I was told.>",
        "Ticket no. {ticket_id} ({tags}) was created on {date} by {reporter} and is {status}.",
    ),
    clauses=(
        "<Ticket|Number|Case> {ticket_id}.",
        "<From|Opened by|User:> {reporter}.",
        "<The|My|Our> {component} {problem}.",
        "{reporter} <tells us|writes|complains> that the {component} {problem}.",
        "<Priority:|It is|I think it is> {priority}.",
        "<State:|The ticket is|Now it is> {status}.",
        "<Mail|Answer to|Write to> {email}.",
        "<Date:|Opened on|It began on> {date}.",
        "<Tags|Labels>: {tags}.",
        "{refund}.",
        "{ticket_id} is {status}.",
        "{reporter}, {email}.",
        "<The ticket number is|The case is|We call it|Filed as|See ticket|It is case> {ticket_id}.",
        "{ticket_id} <was opened by {reporter}|belongs to {reporter}|is on my desk>.",
        "<The user is|Reported by|It comes from|The customer is|My name is> {reporter}.",
        "{reporter} <has written to us|needs help|is waiting|opened it|called twice>.",
        "<It seems that the|Again the|Sadly the|Once more the|I see that the> {component} "
        "{problem}.",
        "{reporter} <says|reports|noticed|is sure> that the {component} {problem}.",
        "<The trouble is in the {component}: it {problem}.|The {component} {problem}, nothing "
        "else.>",
        "<The part is the {component}.|Affected: {component}.|It is the {component} again.>",
        "<What happens? It {problem}.|The problem: {problem}.|Summary: {problem}.>",
        "<Please treat it as|We marked it|The priority is|For me it is|Urgency:> {priority}.",
        "<The status is|It stays|At present it is|Marked> {status}.",
        "{ticket_id} is <{priority}|{status}>.",
        "<My address is|Reply to|Please mail|You can write to|Contact:> {email}.",
        "{email} is the mail of {reporter}.",
        "<Reported on|It was opened on|Since|Created:|We got it on> {date}.",
        "On {date} <it started|{reporter} called|the ticket was opened>.",
        "<The labels are|Tagged|Filed under|Tags:|It belongs to> {tags}.",
        "<And:|One more thing:|About money:> {refund}.",
        "{ticket_id}: {component} {problem}.",
        "{ticket_id}, {reporter}.",
        "{status}, {priority}.",
    ),
)

BUG = Wordings(
    phrasings=(
        "Hi team,\n\nthe {component} {problem} in {version} ({os}).\n{reproducible}.\n<It is "
        "{severity}.\n|>\nCheers,\n{reporter}",
        "In {version} for {os} the {component} <now|suddenly|often> {problem}. "
        "<{reproducible}.|{reporter} saw it.>",
        "<Steps|How to see it>: start {version} on {os}. The {component} {problem}. "
        "{reproducible}.",
        "{component} {problem}\n{os}, {version}\n{reproducible}\n{reporter}",
        "I found a bug. The {component} {problem}. <It is {severity}.|It is in {file}, line "
        "{line}.> <{reporter}|>",
        "{file} is to blame: on line {line} <something is wrong|there is a mistake>, so the "
        "{component} {problem}.",
        "Our tester {reporter} has {os} and {version}; there the {component} {problem}. "
        "<{severity}.|{reproducible}.>",
        "<Every|Each> user of {version} sees that the {component} {problem}. I say {severity}. "
        "<{os}.|See {file}.>",
        "Crash log: {file}, line {line}, version {version}, {os}",
        "The {component} of {version} {problem} <on {os}|when I use {os}>. <Bug found by "
        "{reporter}.|{reproducible}, sadly.>",
        "{reporter}: the {component} {problem}, see {file}:{line}. <{severity}.|{os} only.>",
        "{severity}: the {component} {problem}. <Version is {version}.|System is {os}.> "
        "{reproducible}.",
        "Bug: {component}. What: {problem}. Where: {file} {line}. Who: {reporter}. Version: "
        "{version}.",
        "Hi, {reporter} again. With {version}, the {component} {problem}. {reproducible}. My "
        "system is {os}.",
        "Line {line} in {file} makes the {component} fail: it {problem}. <{reporter} is "
        "sure.|Release {version}.>",
        "{os} users <complain|write>: the {component} {problem}. <That is {severity}.|{version} "
        "is the culprit.>",
        "As of {version}, the {component} {problem}. {reporter} tried it on {os}. {reproducible}.",
        "Is it known that the {component} {problem}? {version}, {os}. "
        "<{reproducible}.|{severity}.>",
        "Fixed in the next release: the {component} {problem} ({version}, {file} line {line}).",
        "Regression in {version}: {component} {problem}. <{reporter} checked {file}.|Severity: "
        "{severity}.>",
        "{reporter} opened {file}, went to line {line} and saw why the {component} {problem}.",
        "Nobody likes it that the {component} {problem}. {os} {version}. {reproducible}.",
        "{version}/{os}: {component} {problem} - {severity} - {reporter}",
    ),
    clauses=(
        "The {component} {problem}.",
        "<Version|I use|Seen in> {version}.",
        "<On|System:|Runs on> {os}.",
        "<It is|I rate it|Severity:> {severity}.",
        "{reproducible}.",
        "<See|The error is in|File> {file}.",
        "<Line|At line> {line}.",
        "{file}, line {line}.",
        "<Found by|From|Reporter:> {reporter}.",
        "{reporter} says the {component} {problem}.",
        "{version} on {os}.",
        "In {version} the {component} {problem}.",
        "<Again the|I saw that the|It seems the|Sometimes the|Why does it fail? The> {component} "
        "{problem}.",
        "<The component is the {component}.|Part: {component}.|It is about the {component}.>",
        "<The issue: it {problem}.|Symptom: {problem}.|What I see: {problem}.>",
        "<The version is|Release|It came with|I have|Build number:|Running> {version}.",
        "{version} <is affected|has this bug|was just released>.",
        "<The system is|I work with|Platform:|We use|Tested with> {os}.",
        "{reporter} <uses|has|works on> {os}.",
        "<The severity is|We call it|This is|Rated as> {severity}.",
        "<To be clear:|Note:|Also:> {reproducible}.",
        "<The code is in|Open|Check|The file is|It fails in|Source:> {file}.",
        "<The line is|It is line|Go to line|Around line|Line number:> {line}.",
        "<{file}:{line}|{file} at line {line}|line {line}, {file}|In {file}, go to {line}.>",
        "<Reported by|The reporter is|Thanks to|Seen first by|Credit:> {reporter}.",
        "{reporter} <found it|told us|filed this bug|has seen it|sent the log>.",
        "{reporter} noticed that the {component} {problem}.",
        "On {os}, the {component} {problem}.",
        "With {version} the {component} {problem}.",
        "{os}, {version}.",
        "{reporter}, {os}.",
    ),
)

SUPPORT = {"ticket": TICKET, "bug": BUG}
