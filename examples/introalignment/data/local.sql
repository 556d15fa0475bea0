-- What a developer tried on their own machine and no file knows of.

ALTER TABLE public.profiles ADD COLUMN pronouns text;
