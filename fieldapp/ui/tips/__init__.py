"""«Tryghedskig» on the walks' page: the tips, what is done with one, and the links they come by."""
