"""Clearance: may this contractor be given the work, may this project be paid? Signed, printed, checked."""
