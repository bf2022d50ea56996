DROP TABLE service_hours;
DROP TABLE gate_token_services;
DROP TABLE gate_tokens;
DROP TABLE services;
DELETE FROM sequences WHERE name IN ('service', 'gate_token');
