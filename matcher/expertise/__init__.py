"""How well an expert's papers, patents, projects and profile speak for judging a project, and which of them say so."""
