"""Reports: view models in one language, templates that only lay out, files that appear whole or not at all.

After explain. `formats.render` writes a case's report as text, Markdown, HTML or JSON; `columns` are the results
of LANGUAGE.md section 11, `writers` put them into files, `portfolio` sums a run up, `site` writes a
folder of pages.

Invariants: templates receive finished strings and integers; a page refers to nothing outside itself; no
number passes through a float; Parquet holds no DOUBLE and no 128-bit type.
"""
