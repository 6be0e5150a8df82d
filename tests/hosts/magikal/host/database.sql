-- What was in the database before the bot's migrations: a shop that shares it. The bot may read it, nothing more.
CREATE TABLE public.orders (id int PRIMARY KEY, customer text NOT NULL, total numeric NOT NULL);
INSERT INTO public.orders SELECT i, 'customer ' || i, i * 1.5 FROM generate_series(1, 200) i;
CREATE TABLE public.alembic_version (version_num varchar(32) PRIMARY KEY);
INSERT INTO public.alembic_version VALUES ('shop_0007');
ALTER TABLE public.orders OWNER TO shop;
ALTER TABLE public.alembic_version OWNER TO shop;
GRANT SELECT ON public.orders, public.alembic_version TO magikal;
