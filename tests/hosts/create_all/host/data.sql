INSERT INTO users (telegram_id, name) SELECT 1000 + i, 'user ' || i FROM generate_series(1, 40) i;
INSERT INTO events (title) SELECT 'event ' || i FROM generate_series(1, 5) i;
INSERT INTO attendances (event_id, user_id) SELECT 1 + i % 5, i FROM generate_series(1, 40) i;
