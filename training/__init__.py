"""How the shipped name model is made and measured; needs the training extra."""
