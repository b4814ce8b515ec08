"""How everything is described (fields), seen (scope), written (acts) and shown (gates), once for all."""
