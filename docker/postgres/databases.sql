-- Run once, when the volume is new: a database for each service, which reads no other's.
CREATE DATABASE gateway;
CREATE DATABASE registry;
CREATE DATABASE employer;
CREATE DATABASE notifier;
CREATE DATABASE console;
