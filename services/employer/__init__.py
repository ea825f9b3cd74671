"""employer: companies, projects and the law. Decides what is wrong, and says so."""
