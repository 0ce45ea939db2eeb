-- What happens to messages after they were sent, my own settings, contacts, and
-- what has to wait for something else.

-- Newest change of the message that is stored, in its conversation's count.
ALTER TABLE message ADD COLUMN change_seq BIGINT DEFAULT 0;

ALTER TABLE conversation ADD COLUMN version BIGINT DEFAULT 0;
-- The message that last_text is of: the newest that is shown in chats.
ALTER TABLE conversation ADD COLUMN shown_seq BIGINT DEFAULT 0;
ALTER TABLE conversation ADD COLUMN last_kind VARCHAR DEFAULT '';
ALTER TABLE conversation ADD COLUMN last_is_revoked BOOLEAN DEFAULT 0;
-- Unread messages that mention me.
ALTER TABLE conversation ADD COLUMN mentions BIGINT DEFAULT 0;
ALTER TABLE conversation ADD COLUMN pinned_at BIGINT DEFAULT 0;
ALTER TABLE conversation ADD COLUMN muted_until BIGINT DEFAULT 0;
ALTER TABLE conversation ADD COLUMN draft VARCHAR DEFAULT '';
ALTER TABLE conversation ADD COLUMN draft_reply_to BIGINT DEFAULT 0;
ALTER TABLE conversation ADD COLUMN draft_at BIGINT DEFAULT 0;
-- The draft has not reached the server yet. (DuckDB 1.5 takes no `false` here
-- while its configuration is locked.)
ALTER TABLE conversation ADD COLUMN draft_is_local BOOLEAN DEFAULT 0;

UPDATE conversation SET last_kind = m.kind, shown_seq = m.seq FROM (
    SELECT conversation_id, max(seq) AS seq, arg_max(kind, seq) AS kind
    FROM message GROUP BY conversation_id
) m WHERE conversation.conversation_id = m.conversation_id;

ALTER TABLE member ADD COLUMN delivered_seq BIGINT DEFAULT 0;
ALTER TABLE member ADD COLUMN role TINYINT DEFAULT 0;

ALTER TABLE "user" ADD COLUMN about VARCHAR DEFAULT '';
ALTER TABLE "user" ADD COLUMN avatar VARCHAR DEFAULT '';

CREATE TABLE contact (
    user_id VARCHAR PRIMARY KEY,
    alias VARCHAR NOT NULL,
    added_at BIGINT NOT NULL,
    rev BIGINT NOT NULL
);
ALTER TABLE cursor ADD COLUMN contacts_version BIGINT DEFAULT 0;

CREATE TABLE reaction (
    conversation_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    user_id VARCHAR NOT NULL,
    emoji VARCHAR NOT NULL,
    rev BIGINT NOT NULL
);

CREATE TABLE mention (
    conversation_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    user_id VARCHAR NOT NULL,
    rev BIGINT NOT NULL
);

-- Pieces of messages that are too long for one, until the whole is here.
CREATE TABLE part (
    conversation_id BIGINT NOT NULL,
    sender_id VARCHAR NOT NULL,
    whole_id VARCHAR NOT NULL,
    place INTEGER NOT NULL,
    places INTEGER NOT NULL,
    seq BIGINT NOT NULL,
    arrived_at BIGINT NOT NULL
);

-- Events about messages that are not here: applied when those come.
CREATE TABLE waiting_change (
    conversation_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    change_seq BIGINT NOT NULL,
    event BLOB NOT NULL
);

-- Conversations that changed, or whose members are not all here, until they are
-- fetched at this version or a later one.
CREATE TABLE wanted (conversation_id BIGINT PRIMARY KEY, version BIGINT NOT NULL);

-- Conversations of which changes above `after_change_seq` may be missing.
CREATE TABLE stale (
    conversation_id BIGINT PRIMARY KEY,
    after_change_seq BIGINT NOT NULL
);

-- Messages that a plugin failed on; they are shown without it, and can be run again.
CREATE TABLE unprocessed (
    conversation_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    plugin VARCHAR NOT NULL,
    error VARCHAR NOT NULL,
    failed_at BIGINT NOT NULL
);

-- How far plugins and presets have come with what they keep in the store.
CREATE TABLE progress (name VARCHAR PRIMARY KEY, version INTEGER NOT NULL, rev BIGINT NOT NULL);

-- Files that go with a message of the outbox, or came with one.
CREATE TABLE attachment (
    client_id VARCHAR NOT NULL,
    file_id VARCHAR NOT NULL,
    path VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    size BIGINT NOT NULL,
    -- Nanoseconds since 1970: a file that was changed since is not what was meant.
    modified_ns BIGINT NOT NULL,
    done BIGINT NOT NULL,
    state VARCHAR NOT NULL,
    error VARCHAR NOT NULL,
    rev BIGINT NOT NULL
);

-- The documented views, with what is new.

DROP VIEW messages;
CREATE VIEW messages AS
SELECT
    m.conversation_id, m.seq, m.sender_id, m.kind, m."text", m.content,
    make_timestamptz(m.sent_at) AS sent_at,
    make_timestamptz(m.edited_at) AS edited_at,
    make_timestamptz(m.revoked_at) AS revoked_at,
    m.change_seq, m.client_id
FROM message m;
COMMENT ON VIEW messages IS 'Every message that the server has accepted and that is here.';
COMMENT ON COLUMN messages.conversation_id IS 'conversations.conversation_id';
COMMENT ON COLUMN messages.seq IS 'Place in the conversation, without gaps on the server.';
COMMENT ON COLUMN messages.sender_id IS 'users.user_id of who wrote it.';
COMMENT ON COLUMN messages.kind IS 'text, image, file, voice, location, forward, notice, part, encrypted, or a kind that a plugin registers.';
COMMENT ON COLUMN messages."text" IS 'The text; what a plugin says instead for other kinds.';
COMMENT ON COLUMN messages.content IS 'What goes with the text: of the built-in kinds an imnb.pb.Content.';
COMMENT ON COLUMN messages.sent_at IS 'Server time at which it was accepted.';
COMMENT ON COLUMN messages.edited_at IS 'Last edit, if any.';
COMMENT ON COLUMN messages.revoked_at IS 'When it was taken back, if it was.';
COMMENT ON COLUMN messages.change_seq IS 'Its last edit, revoke or reaction, in the count of its conversation; 0 for none.';
COMMENT ON COLUMN messages.client_id IS 'UUIDv7 chosen by the sender.';

DROP VIEW conversations;
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
    c.unread, c.mentions, c.first_seq, c.last_seq, c.read_seq,
    make_timestamptz(nullif(c.pinned_at, 0)) AS pinned_at,
    -- for good is the largest number there is, and no time
    make_timestamptz(least(nullif(c.muted_until, 0), 253402300799000000)) AS muted_until,
    c.draft,
    nullif(c.draft_reply_to, 0) AS draft_reply_to,
    make_timestamptz(nullif(c.draft_at, 0)) AS draft_at
FROM conversation c;
COMMENT ON VIEW conversations IS 'The conversations I take part in, with their last message.';
COMMENT ON COLUMN conversations.conversation_id IS 'Given by the server.';
COMMENT ON COLUMN conversations.kind IS 'direct, group or system.';
COMMENT ON COLUMN conversations.title IS 'The title; of a direct conversation the other member.';
COMMENT ON COLUMN conversations.created_at IS 'Server time of its creation.';
COMMENT ON COLUMN conversations.last_text IS 'Text of the newest message that is here.';
COMMENT ON COLUMN conversations.last_sender IS 'users.user_id of who wrote it.';
COMMENT ON COLUMN conversations.last_at IS 'When it was sent.';
COMMENT ON COLUMN conversations.unread IS 'Messages of others above read_seq that were not taken back.';
COMMENT ON COLUMN conversations.mentions IS 'How many of them mention me, or everybody.';
COMMENT ON COLUMN conversations.first_seq IS 'The first message I may see.';
COMMENT ON COLUMN conversations.last_seq IS 'The newest message on the server, as far as known.';
COMMENT ON COLUMN conversations.read_seq IS 'Everything up to this one was read by me.';
COMMENT ON COLUMN conversations.pinned_at IS 'When I pinned it; empty if it is not.';
COMMENT ON COLUMN conversations.muted_until IS 'Until when I hear nothing of it; the end of the year 9999 is for good; empty if it is not muted.';
COMMENT ON COLUMN conversations.draft IS 'What I have written there and not sent.';
COMMENT ON COLUMN conversations.draft_reply_to IS 'messages.seq of what it answers, if anything.';
COMMENT ON COLUMN conversations.draft_at IS 'When the draft was changed last.';

DROP VIEW members;
CREATE VIEW members AS
SELECT
    n.conversation_id, n.user_id, n.name,
    CASE n.role WHEN 0 THEN 'member' WHEN 1 THEN 'owner' ELSE 'unknown' END AS role,
    n.read_seq, n.delivered_seq
FROM member n;
COMMENT ON VIEW members IS 'Who takes part in which conversation.';
COMMENT ON COLUMN members.conversation_id IS 'conversations.conversation_id';
COMMENT ON COLUMN members.user_id IS 'users.user_id';
COMMENT ON COLUMN members.name IS 'Name to show in this conversation.';
COMMENT ON COLUMN members.role IS 'owner or member.';
COMMENT ON COLUMN members.read_seq IS 'Everything up to this one was read by this member.';
COMMENT ON COLUMN members.delivered_seq IS 'Everything up to this one has reached one of their devices.';

DROP VIEW users;
CREATE VIEW users AS SELECT u.user_id, u.name, u.about, u.avatar FROM "user" u;
COMMENT ON VIEW users IS 'People that were heard of.';
COMMENT ON COLUMN users.user_id IS 'Login name.';
COMMENT ON COLUMN users.name IS 'Name to show; may be empty.';
COMMENT ON COLUMN users.about IS 'A line about themselves; may be empty.';
COMMENT ON COLUMN users.avatar IS 'A file of the server; empty for none.';

CREATE VIEW contacts AS
SELECT k.user_id, k.alias, make_timestamptz(k.added_at) AS added_at FROM contact k;
COMMENT ON VIEW contacts IS 'My address book.';
COMMENT ON COLUMN contacts.user_id IS 'users.user_id';
COMMENT ON COLUMN contacts.alias IS 'What I call them; empty for the name that they gave themselves.';
COMMENT ON COLUMN contacts.added_at IS 'When they were put into it.';

CREATE VIEW reactions AS
SELECT r.conversation_id, r.seq, r.user_id, r.emoji FROM reaction r;
COMMENT ON VIEW reactions IS 'Who reacted how to which message.';
COMMENT ON COLUMN reactions.conversation_id IS 'conversations.conversation_id';
COMMENT ON COLUMN reactions.seq IS 'messages.seq';
COMMENT ON COLUMN reactions.user_id IS 'users.user_id';
COMMENT ON COLUMN reactions.emoji IS 'The reaction.';

CREATE VIEW mentions AS
SELECT n.conversation_id, n.seq, n.user_id FROM mention n;
COMMENT ON VIEW mentions IS 'Who is mentioned in which message.';
COMMENT ON COLUMN mentions.conversation_id IS 'conversations.conversation_id';
COMMENT ON COLUMN mentions.seq IS 'messages.seq';
COMMENT ON COLUMN mentions.user_id IS 'users.user_id, or * for everybody.';

CREATE VIEW attachments AS
SELECT a.client_id, a.file_id, a.name, a.path, a.size, a.done, a.state, a.error
FROM attachment a;
COMMENT ON VIEW attachments IS 'Files that go out with a message, or came with one.';
COMMENT ON COLUMN attachments.client_id IS 'messages.client_id';
COMMENT ON COLUMN attachments.file_id IS 'The name of the file on the server; empty until it is there.';
COMMENT ON COLUMN attachments.name IS 'As others see it.';
COMMENT ON COLUMN attachments.path IS 'Where it is on this machine.';
COMMENT ON COLUMN attachments.size IS 'Bytes.';
COMMENT ON COLUMN attachments.done IS 'How many of them were moved.';
COMMENT ON COLUMN attachments.state IS 'Where the transfer is.';
COMMENT ON COLUMN attachments.error IS 'Why it failed, if it did.';

CREATE VIEW unsent AS
SELECT
    o.client_id, o.conversation_id, o.kind, o."text", o.state, o.error, o.attempts,
    make_timestamptz(o.created_at) AS created_at, a.name AS file, a.size, a.done
FROM outbox o LEFT JOIN attachment a ON a.client_id = o.client_id
ORDER BY o.position;
COMMENT ON VIEW unsent IS 'What I have sent and the server has not accepted, in the order of sending.';
COMMENT ON COLUMN unsent.client_id IS 'UUIDv7, for client.retry and client.discard.';
COMMENT ON COLUMN unsent.conversation_id IS 'conversations.conversation_id; below 0 for one that was lost.';
COMMENT ON COLUMN unsent.kind IS 'text, image, file and so on.';
COMMENT ON COLUMN unsent."text" IS 'The text.';
COMMENT ON COLUMN unsent.state IS 'sending, or failed.';
COMMENT ON COLUMN unsent.error IS 'Why it failed.';
COMMENT ON COLUMN unsent.attempts IS 'How often the server refused it.';
COMMENT ON COLUMN unsent.created_at IS 'When it was written, by the clock of this machine.';
COMMENT ON COLUMN unsent.file IS 'Name of the file that goes with it.';
COMMENT ON COLUMN unsent.size IS 'Bytes of the file.';
COMMENT ON COLUMN unsent.done IS 'How many of them were uploaded.';
