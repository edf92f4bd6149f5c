"""Math: TeX to MathML."""
