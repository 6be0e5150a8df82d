INSERT INTO author (name) VALUES ('Astrid'), ('Erich'), ('Michael');
INSERT INTO book (title, author_id) VALUES ('Pippi', 1), ('Emil', 2), ('Momo', 3);
