INSERT INTO guild (id, created_at, updated_at, guild_id, guild_name, prefix) VALUES
  (gen_random_uuid(), now(), now(), 919193495, 'Litestar', '!'), (gen_random_uuid(), now(), now(), 919193496, 'Byte', '!');
