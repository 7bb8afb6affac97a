"""`workshop-index doctor`: asks the site and its portals, and tells what the rules in `frontend.site.doctor` say."""
