-- Passwords for the example. In production: \password, or what your platform has for secrets.
ALTER ROLE ratectl_owner PASSWORD 'change-me-owner';
ALTER ROLE ratectl_application PASSWORD 'change-me-application';
ALTER ROLE ratectl_operator PASSWORD 'change-me-operator';
ALTER ROLE ratectl_reader PASSWORD 'change-me-reader';
