-- One user's messages on one device. Times are microseconds since 1970, UTC.
-- Base tables have singular names; the plural views are what client.sql documents.
-- `rev` grows store-wide with every change, so `rev > last` finds what changed.

CREATE TABLE cursor (epoch VARCHAR NOT NULL, event_seq BIGINT NOT NULL);
INSERT INTO cursor VALUES ('', 0);

CREATE TABLE "user" (
    user_id VARCHAR PRIMARY KEY,
    name VARCHAR NOT NULL,
    rev BIGINT NOT NULL
);

CREATE TABLE conversation (
    conversation_id BIGINT PRIMARY KEY,
    kind TINYINT NOT NULL,
    title VARCHAR NOT NULL,
    created_at BIGINT NOT NULL,
    first_seq BIGINT NOT NULL,
    last_seq BIGINT NOT NULL,
    change_seq BIGINT NOT NULL,
    read_seq BIGINT NOT NULL,
    unread BIGINT NOT NULL,
    last_text VARCHAR,
    last_sender VARCHAR,
    last_at BIGINT,
    rev BIGINT NOT NULL
);

CREATE TABLE member (
    conversation_id BIGINT NOT NULL,
    user_id VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    read_seq BIGINT NOT NULL,
    rev BIGINT NOT NULL
);

-- In order of arrival; within a conversation sent_at never decreases with seq.
CREATE TABLE message (
    conversation_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    client_id VARCHAR NOT NULL,
    sender_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    "text" VARCHAR NOT NULL,
    content BLOB NOT NULL,
    sent_at BIGINT NOT NULL,
    edited_at BIGINT,
    revoked_at BIGINT,
    event_seq BIGINT NOT NULL,
    rev BIGINT NOT NULL,
    PRIMARY KEY (conversation_id, seq)
);

CREATE TABLE outbox (
    client_id VARCHAR NOT NULL,
    conversation_id BIGINT NOT NULL,
    kind VARCHAR NOT NULL,
    "text" VARCHAR NOT NULL,
    content BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    position BIGINT NOT NULL,
    state VARCHAR NOT NULL,
    attempts INTEGER NOT NULL,
    error VARCHAR NOT NULL,
    rev BIGINT NOT NULL
);

CREATE TABLE hole (
    conversation_id BIGINT NOT NULL,
    from_seq BIGINT NOT NULL,
    to_seq BIGINT NOT NULL
);

-- What was here when the server started anew, under another epoch.
CREATE TABLE archived_message (
    epoch VARCHAR NOT NULL,
    conversation_id BIGINT NOT NULL,
    title VARCHAR,
    seq BIGINT NOT NULL,
    client_id VARCHAR NOT NULL,
    sender_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    "text" VARCHAR NOT NULL,
    content BLOB NOT NULL,
    sent_at BIGINT NOT NULL
);

-- Rows that went, for observers that find changes by rev; pruned by age.
CREATE TABLE tombstone (
    table_name VARCHAR NOT NULL,
    key VARCHAR NOT NULL,
    rev BIGINT NOT NULL,
    deleted_at BIGINT NOT NULL
);

CREATE TABLE call (
    started_at BIGINT NOT NULL,
    command VARCHAR NOT NULL,
    ask_id UBIGINT NOT NULL,
    status VARCHAR NOT NULL,
    latency_us BIGINT,
    request_bytes BIGINT NOT NULL,
    reply_bytes BIGINT
);

-- A chat: what the server accepted, then what is on its way. `key` stays the
-- same when one of my own messages goes from the outbox into `message`; a
-- client id that somebody else chose cannot take its place.
CREATE VIEW chat_row AS
WITH me AS (SELECT value AS user_id FROM meta WHERE key = 'me')
SELECT
    m.conversation_id,
    CASE WHEN m.sender_id = me.user_id AND m.client_id <> '' THEN m.client_id
         ELSE '#' || m.seq END AS key,
    m.seq, m.client_id, m.sender_id, m.kind, m."text", m.content, m.sent_at,
    'sent' AS state, '' AS error, m.edited_at, m.revoked_at,
    CAST(NULL AS BIGINT) AS position, m.rev
FROM message m, me
UNION ALL
SELECT
    o.conversation_id, o.client_id, NULL, o.client_id, me.user_id, o.kind,
    o."text", o.content, o.created_at, o.state, o.error, NULL, NULL,
    o.position, o.rev
FROM outbox o, me;

CREATE VIEW messages AS
SELECT
    m.conversation_id, m.seq, m.sender_id, m.kind, m."text", m.content,
    make_timestamptz(m.sent_at) AS sent_at,
    make_timestamptz(m.edited_at) AS edited_at,
    make_timestamptz(m.revoked_at) AS revoked_at,
    m.client_id
FROM message m;
COMMENT ON VIEW messages IS 'Every message that the server has accepted and that is here.';
COMMENT ON COLUMN messages.conversation_id IS 'conversations.conversation_id';
COMMENT ON COLUMN messages.seq IS 'Place in the conversation, without gaps on the server.';
COMMENT ON COLUMN messages.sender_id IS 'users.user_id of who wrote it.';
COMMENT ON COLUMN messages.kind IS 'text, or a kind that a plugin registers.';
COMMENT ON COLUMN messages."text" IS 'The text; what a plugin says instead for other kinds.';
COMMENT ON COLUMN messages.content IS 'What a kind other than text carries beside its text.';
COMMENT ON COLUMN messages.sent_at IS 'Server time at which it was accepted.';
COMMENT ON COLUMN messages.edited_at IS 'Last edit, if any.';
COMMENT ON COLUMN messages.revoked_at IS 'When it was taken back, if it was.';
COMMENT ON COLUMN messages.client_id IS 'UUIDv7 chosen by the sender.';

CREATE VIEW conversations AS
SELECT
    c.conversation_id,
    CASE c.kind WHEN 1 THEN 'direct' WHEN 2 THEN 'group' WHEN 3 THEN 'system'
         ELSE 'unknown' END AS kind,
    CASE WHEN c.title <> '' THEN c.title ELSE coalesce((
        SELECT string_agg(coalesce(nullif(n.name, ''), n.user_id), ', ' ORDER BY n.user_id)
        FROM member n
        WHERE n.conversation_id = c.conversation_id
          AND n.user_id <> (SELECT value FROM meta WHERE key = 'me')
    ), 'Notes to myself') END AS title,
    make_timestamptz(c.created_at) AS created_at,
    c.last_text, c.last_sender,
    make_timestamptz(c.last_at) AS last_at,
    c.unread, c.first_seq, c.last_seq, c.read_seq
FROM conversation c;
COMMENT ON VIEW conversations IS 'The conversations I take part in, with their last message.';
COMMENT ON COLUMN conversations.conversation_id IS 'Given by the server.';
COMMENT ON COLUMN conversations.kind IS 'direct, group or system.';
COMMENT ON COLUMN conversations.title IS 'The title; of a direct conversation the other member.';
COMMENT ON COLUMN conversations.created_at IS 'Server time of its creation.';
COMMENT ON COLUMN conversations.last_text IS 'Text of the newest message that is here.';
COMMENT ON COLUMN conversations.last_sender IS 'users.user_id of who wrote it.';
COMMENT ON COLUMN conversations.last_at IS 'When it was sent.';
COMMENT ON COLUMN conversations.unread IS 'Messages of others above read_seq.';
COMMENT ON COLUMN conversations.first_seq IS 'The first message I may see.';
COMMENT ON COLUMN conversations.last_seq IS 'The newest message on the server, as far as known.';
COMMENT ON COLUMN conversations.read_seq IS 'Everything up to this one was read by me.';

CREATE VIEW members AS
SELECT n.conversation_id, n.user_id, n.name, n.read_seq FROM member n;
COMMENT ON VIEW members IS 'Who takes part in which conversation.';
COMMENT ON COLUMN members.conversation_id IS 'conversations.conversation_id';
COMMENT ON COLUMN members.user_id IS 'users.user_id';
COMMENT ON COLUMN members.name IS 'Name to show in this conversation.';
COMMENT ON COLUMN members.read_seq IS 'Everything up to this one was read by this member.';

CREATE VIEW users AS SELECT u.user_id, u.name FROM "user" u;
COMMENT ON VIEW users IS 'People that were heard of.';
COMMENT ON COLUMN users.user_id IS 'Login name.';
COMMENT ON COLUMN users.name IS 'Name to show; may be empty.';

CREATE VIEW calls AS
SELECT
    make_timestamptz(k.started_at) AS started_at, k.command, k.ask_id, k.status,
    k.latency_us / 1000.0 AS latency_ms, k.request_bytes, k.reply_bytes
FROM call k;
COMMENT ON VIEW calls IS 'Requests to the server that a capture recorded.';
COMMENT ON COLUMN calls.started_at IS 'When the request was sent.';
COMMENT ON COLUMN calls.command IS 'Name of the command.';
COMMENT ON COLUMN calls.ask_id IS 'Number that pairs request and reply.';
COMMENT ON COLUMN calls.status IS 'OK, or why it was refused.';
COMMENT ON COLUMN calls.latency_ms IS 'From request to reply; empty without a reply.';
COMMENT ON COLUMN calls.request_bytes IS 'Bytes of the request on the wire.';
COMMENT ON COLUMN calls.reply_bytes IS 'Bytes of the reply on the wire.';
