"""What pages ask for by themselves: has something of one's own ended?"""
