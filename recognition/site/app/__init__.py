"""What makes the site an app on a screen: manifest, icons, a page for when there is no network."""
