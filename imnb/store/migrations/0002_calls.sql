-- Nothing has ever written to the first form of this table, so it is made anew.
-- Calls that are over, by `number` in the order in which they ended; the oldest
-- are pruned. Durations are microseconds, empty for what a call did not reach.

DROP VIEW calls;
DROP TABLE call;

CREATE TABLE call (
    number BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    command VARCHAR NOT NULL,
    ask_id UBIGINT NOT NULL,
    status VARCHAR NOT NULL,
    priority INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    queued_us BIGINT,
    sending_us BIGINT,
    waiting_us BIGINT,
    receiving_us BIGINT,
    total_us BIGINT NOT NULL,
    request_bytes BIGINT,
    reply_bytes BIGINT,
    error VARCHAR NOT NULL
);

CREATE VIEW calls AS
SELECT
    make_timestamptz(k.started_at) AS started_at, k.command, k.ask_id, k.status,
    k.priority, k.attempts,
    k.queued_us / 1000.0 AS queued_ms, k.sending_us / 1000.0 AS sending_ms,
    k.waiting_us / 1000.0 AS waiting_ms, k.receiving_us / 1000.0 AS receiving_ms,
    k.total_us / 1000.0 AS total_ms,
    CASE WHEN k.receiving_us IS NOT NULL
         THEN (k.sending_us + k.waiting_us) / 1000.0 END AS latency_ms,
    k.request_bytes, k.reply_bytes, k.error
FROM call k
ORDER BY k.number;
COMMENT ON VIEW calls IS 'The newest calls to the server that are over, in the order in which they ended.';
COMMENT ON COLUMN calls.started_at IS 'When the call was made.';
COMMENT ON COLUMN calls.command IS 'Name of the command; over HTTP, the verb and the path.';
COMMENT ON COLUMN calls.ask_id IS 'Number that pairs request and reply of the last try; 0 over HTTP, or when it was not sent.';
COMMENT ON COLUMN calls.status IS 'done, failed, cancelled or timed out.';
COMMENT ON COLUMN calls.priority IS 'A higher one overtakes those that wait for room.';
COMMENT ON COLUMN calls.attempts IS 'How often it was tried.';
COMMENT ON COLUMN calls.queued_ms IS 'Until its last try was sent, with all tries before.';
COMMENT ON COLUMN calls.sending_ms IS 'Handing the request over.';
COMMENT ON COLUMN calls.waiting_ms IS 'For the first reply.';
COMMENT ON COLUMN calls.receiving_ms IS 'From the first reply to the end.';
COMMENT ON COLUMN calls.total_ms IS 'From the beginning to the end.';
COMMENT ON COLUMN calls.latency_ms IS 'From request to first reply of the last try; empty without a reply.';
COMMENT ON COLUMN calls.request_bytes IS 'Bytes of the body of the last try; empty over HTTP, or when it was not sent.';
COMMENT ON COLUMN calls.reply_bytes IS 'Bytes of the bodies of all replies; empty without a reply.';
COMMENT ON COLUMN calls.error IS 'Name of the error; empty when there was none.';
