INSERT INTO bot_settings (guild_id, scope, key, value)
  SELECT g, s, 'enabled', 'true' FROM generate_series(1, 12) g, unnest(ARRAY['system', 'automod', 'engagement']) s;
INSERT INTO reminders (guild_id, channel_id, name, event_time)
  SELECT 1 + i % 12, i, 'reminder ' || i, now() + i * interval '1 hour' FROM generate_series(1, 500) i;
INSERT INTO premium_subs (user_id, guild_id, tier, status) SELECT i, 1, 'monthly', 'active' FROM generate_series(1, 20) i;
INSERT INTO audit_logs (guild_id, action) SELECT 1 + i % 12, 'login' FROM generate_series(1, 300) i;
