# The words of recipient pages.
