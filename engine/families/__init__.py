"""The families of models: from a RunSpec to a trained, evaluated, usable model. Imports a library only when used."""
