DROP TABLE key_actions;
DROP TABLE key_hours;
