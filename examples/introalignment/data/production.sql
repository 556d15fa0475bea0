-- What was done to production by hand on a slow evening, and never became a file.

CREATE INDEX profiles_city_idx ON public.profiles (city);
