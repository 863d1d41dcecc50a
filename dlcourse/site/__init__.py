"""The course as a web site: static pages that need neither a kernel nor a network.

Sphinx is imported only where pages are built, so that the command can say what is missing.
"""
