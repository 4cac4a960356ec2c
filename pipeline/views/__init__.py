"""Views: what people look at, folded from topics; pure, and small enough to be made again at any time (promise 3)."""

from .comparison import Difference, differences
from .delta import ALL, Add, Cut, Delta, Drop, Fold, Put, Trim
from .image import Image

__all__ = ["ALL", "Add", "Cut", "Delta", "Difference", "Drop", "Fold", "Image", "Put", "Trim", "differences"]
