"""The SQL grammar, with SQLite and, where it is installed, sqlglot as judges."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.grammars.members import SQL
from tests.grammars.reading import reads

READ = [
    "select 1", "SELECT * FROM t", 'SELECT t.*, a b, c AS "d e" FROM t',
    "SELECT DISTINCT a FROM b.c", "SELECT a FROM t WHERE a = 1 AND NOT b <> 'x' OR c IS NOT NULL",
    "SELECT -a * (b + 2) / 3 % 4 FROM t",
    "SELECT a FROM t WHERE b IN (1, 2) AND c NOT IN (SELECT d FROM e)", "SELECT 'it''s' || '' AS x",
    "SELECT a FROM t WHERE b BETWEEN 1 AND 2 AND c NOT LIKE '%x'",
    "SELECT count(*), sum(DISTINCT a) FROM t",
    "SELECT a FROM t INNER JOIN u ON t.b = u.b LEFT OUTER JOIN v USING (c, d)",
    "SELECT a FROM b, c AS d, e f", "SELECT a FROM b CROSS JOIN c NATURAL JOIN d",
    "SELECT a FROM (SELECT b FROM c) AS d",
    "SELECT a FROM t GROUP BY a, b HAVING max(c) > 1 ORDER BY a ASC, b DESC NULLS FIRST LIMIT 1",
    "SELECT CASE a WHEN 1 THEN 'x' ELSE NULL END FROM t",
    "SELECT CASE WHEN a THEN b WHEN c THEN d END FROM t",
    "SELECT (SELECT 1) + 1, EXISTS (SELECT 2)",
    "WITH a AS (SELECT 1), b (c) AS (SELECT 2) SELECT * FROM a, b",
    "SELECT 1 UNION SELECT 2 UNION ALL SELECT 3 EXCEPT SELECT 4 INTERSECT SELECT 5 ORDER BY 1",
    "SELECT cast(a AS VARCHAR(10)), round(b, 2), coalesce(c, d, 0), substr(e, 1, 2) FROM t",
    "INSERT INTO t VALUES (1, 'a', NULL), (2, 'b', TRUE)",
    "INSERT INTO t (a, b) SELECT c, d FROM e", "INSERT INTO t DEFAULT VALUES",
    "UPDATE t SET a = a + 1, b = NULL WHERE c = 1", "DELETE FROM t WHERE a < 1", "DELETE FROM t;",
    "SELECT a -- comment\nFROM /* another */ t", 'SELECT "a" FROM "b c"', "SELECT count FROM t",
]  # fmt: skip

NOT_READ = [
    "SELECT 'a'ORDER", "SELECT a FROM t ORDER BY a NULLS LASTLIMIT 1",
    "SELECT a FROM t LIMIT 1OFFSET 2", "SELECT a FROM t WHERE a IS notnull",
    "SELECT a FROM t ORDER /* x */ BY a", "SELECT a FROM t GROUP BYa", "", ";", "SELECT",
    "SELECT FROM t", "SELECT a FROM", "SELECT a, FROM t", "SELECT a b c FROM t", "SELECT1",
    "SELECT * FROMt", "SELECT a FROM t JOIN u ON b WHERE", "SELECT a FROM t x WHEREb = 1",
    "SELECT 1x", "SELECT a FROM t ORDER BYb", "SELECT a FROM t ORDER a", "SELECT a FROM t HAVING b",
    "SELECT a FROM t LIMIT b", "SELECT a FROM t LIMIT 1 OFFSET2", "SELECT a FROM t JOIN u",
    "SELECT a FROM t LEFT u ON b", "SELECT 'a", "SELECT a FROM t WHERE a = b = c",
    "SELECT a FROM t WHERE a IN ()", "SELECT a FROM t WHERE a NOT b",
    "SELECT a FROM t WHERE a BETWEEN 1", "SELECT CASE END", "SELECT CASE a ELSE b END",
    "SELECT sum() FROM t", "SELECT f(a) FROM t", "SELECT coalesce(a) FROM t", "SELECT (1",
    "SELECT 1)", "SELECT a FROM (SELECT 1", "SELECT * FROM t, WHERE a",
    "SELECT DISTINCT ALL a FROM t", "SELECT order FROM t", "SELECT a AS from FROM t",
    "SELECT a FROM t UNION", "SELECT a FROM t asof", "INSERT t VALUES (1)", "INSERT INTO t VALUES",
    "INSERT INTO t VALUES ()", "INSERT INTO t () VALUES (1)", "INSERT INTO t SET a = 1",
    "UPDATE t a = 1", "UPDATE t SET", "UPDATE t SET a == 1", "UPDATE SET a = 1", "DELETE t",
    "DELETE FROM t WHERE", "DELETE FROM t; SELECT 1", "DROP TABLE t", "SELECT a /* b", "SELECT 1.",
    "SELECT 01", "SELECT a FROM notnull", "SELECT nothing FROM t", "SELECT a FROM t GROUP BY",
    "WITH a AS SELECT 1 SELECT 2", "WITH a (SELECT 1) SELECT 2",
]  # fmt: skip

PIECES = (
    *SQL[3].split(), "(", ")", ",", "'", '"', "*", ".", "--", "/*", "1", "x", " ", "NOT", "IN",
)  # fmt: skip


def sqlite_reads(text: str) -> bool:
    """Whether it is SQL; that tables and columns are missing does not matter."""
    with closing(sqlite3.connect(":memory:")) as connection:
        try:
            connection.execute(text)
        except sqlite3.Error as error:
            return not re.search("syntax error|unrecognized token|incomplete input", str(error))
    return True


@pytest.mark.parametrize("text", [*READ, *SQL])
def test_read(text: str) -> None:
    assert reads("sql", text)
    assert sqlite_reads(text)


@pytest.mark.parametrize("text", [*READ, *SQL])
def test_sqlglot_reads(text: str) -> None:
    sqlglot = pytest.importorskip("sqlglot")
    assert sqlglot.parse_one(text) is not None


@pytest.mark.parametrize("text", NOT_READ)
def test_not_read(text: str) -> None:
    assert not reads("sql", text)


@given(data=st.data())
def test_judge_reads_what_is_read(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([*READ, *SQL]))
    begin = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(begin, min(len(text), begin + 4)))
    new = "".join(data.draw(st.lists(st.sampled_from(PIECES), max_size=3)))
    changed = text[:begin] + new + text[end:]
    if reads("sql", changed):
        assert sqlite_reads(changed)
