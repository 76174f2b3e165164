"""Layers of Keras that have no counterpart here, with the reason: told by the import and the check, listed in the
documentation."""

from collections.abc import Mapping
from types import MappingProxyType

_CODE = "it holds Python code, which is never run from a file"
_TEXT = "it takes texts; tensors here hold numbers"
_CHANCE = "it changes pictures by chance in training; prepare the data before it is fed"
_ELSEWHERE = "it runs in Keras' backend and cannot be read from a file"

UNSUPPORTED: Mapping[str, str] = MappingProxyType(
    {
        "Lambda": _CODE,
        "TFSMLayer": _ELSEWHERE,
        "JaxLayer": _ELSEWHERE,
        "FlaxLayer": _ELSEWHERE,
        "TorchModuleWrapper": _ELSEWHERE,
        "StringLookup": _TEXT,
        "TextVectorization": _TEXT,
        "Hashing": _TEXT,
        "HashedCrossing": _TEXT,
        "IntegerLookup": "its table of ids is made from data; look ids up before they are fed",
        "FeatureSpace": "it prepares tables; prepare the data before it is fed",
        "Pipeline": "it prepares data; prepare the data before it is fed",
        "MelSpectrogram": "sounds are not supported; compute the spectrogram before it is fed",
        "STFTSpectrogram": "sounds are not supported; compute the spectrogram before it is fed",
        **dict.fromkeys(
            (
                "ContrastLimitedAdaptiveHistogramEqualization",
                "AugMix", "AutoContrast", "CutMix", "Equalization", "MaxNumBoundingBoxes", "MixUp", "RandAugment",
                "RandomBrightness", "RandomColorDegeneration", "RandomColorJitter", "RandomContrast", "RandomCrop",
                "RandomElasticTransform", "RandomErasing", "RandomFlip", "RandomGaussianBlur", "RandomGrayscale",
                "RandomHue", "RandomInvert", "RandomPerspective", "RandomPosterization", "RandomRotation",
                "RandomSaturation", "RandomSharpness", "RandomShear", "RandomTranslation", "RandomZoom", "Solarization",
            ),
            _CHANCE,
        ),
    }
)  # fmt: skip
"""Keras' class name → why there is no such layer type."""
