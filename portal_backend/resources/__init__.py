"""Reads the platform's own TrainingPortal and Workshop resources; knows no store, no HTTP and no Flask."""
