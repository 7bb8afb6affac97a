"""Makes things of a site's configuration: static files, links to pass on, and the first files of a new site."""
