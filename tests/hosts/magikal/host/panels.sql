INSERT INTO cfg.guild_config (guild_id) SELECT i FROM generate_series(1, 5) i;
INSERT INTO cfg.panels (guild_id, title) SELECT 1 + i % 5, 'panel ' || i FROM generate_series(1, 50) i;
