-- Work at set times is done by one server of those on the database: which one, and until when it has that to itself.
CREATE TABLE leases (
    name TEXT NOT NULL PRIMARY KEY,
    node TEXT NOT NULL,
    ends_at BIGINT NOT NULL
);
