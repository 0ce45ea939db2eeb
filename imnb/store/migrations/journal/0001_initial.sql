-- What a development server has acknowledged, oldest first.
CREATE TABLE record (number BIGINT NOT NULL, kind VARCHAR NOT NULL, payload BLOB NOT NULL);
