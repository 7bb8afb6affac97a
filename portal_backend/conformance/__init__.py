"""A client that holds any portal to the contract; of the portal's code it may know `portal_backend.contract` only."""
