"""Demo data: four stores with two years of believable trade. Wiring: it may know every app (style.md)."""
