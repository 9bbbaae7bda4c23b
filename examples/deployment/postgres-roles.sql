-- Roles for limits in Postgres. Run it once as superuser in the database that is to keep them:
--   psql --set=ON_ERROR_STOP=1 --dbname=shop --file=postgres-roles.sql
-- Set passwords afterwards: \password ratectl_application, and so on.

-- Owns the schema, and changes it when a new version of ratectl needs that. Used by deployments only.
CREATE ROLE ratectl_owner LOGIN;
-- Applications, and people who reset and override.
CREATE ROLE ratectl_application LOGIN;
CREATE ROLE ratectl_operator LOGIN;
-- status, explain, report, top, serve.
CREATE ROLE ratectl_reader LOGIN;

CREATE SCHEMA ratectl AUTHORIZATION ratectl_owner;
GRANT USAGE ON SCHEMA ratectl TO ratectl_application, ratectl_operator, ratectl_reader;

-- For the tables and functions that ratectl_owner is about to make, and for those of later versions.
ALTER DEFAULT PRIVILEGES FOR ROLE ratectl_owner IN SCHEMA ratectl
  GRANT SELECT ON TABLES TO ratectl_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE ratectl_owner IN SCHEMA ratectl
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ratectl_application, ratectl_operator;
ALTER DEFAULT PRIVILEGES FOR ROLE ratectl_owner IN SCHEMA ratectl
  GRANT USAGE, SELECT ON SEQUENCES TO ratectl_application, ratectl_operator;
ALTER DEFAULT PRIVILEGES FOR ROLE ratectl_owner IN SCHEMA ratectl
  GRANT EXECUTE ON FUNCTIONS TO ratectl_application, ratectl_operator;
