"""What is true of the demo organisation, worked out by hand from its story: no code of ours took part.

People, service accounts, groups and policies are named by their keys in the story, a token by when it was
made and what it is called; `names` turns that into ids. All of it is as the platform lead sees it, who read
every listing, where nothing else is said.
"""
