"""Formulas: parses TeX and converts it to MathML."""
