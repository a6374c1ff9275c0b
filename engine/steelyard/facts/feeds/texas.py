"""The counties of Texas and their FIPS codes. In alphabetical order they have the odd numbers from 48001 to 48507."""

from __future__ import annotations

_NAMES = """
Anderson, Andrews, Angelina, Aransas, Archer, Armstrong, Atascosa, Austin, Bailey, Bandera, Bastrop, Baylor, Bee,
Bell, Bexar, Blanco, Borden, Bosque, Bowie, Brazoria, Brazos, Brewster, Briscoe, Brooks, Brown, Burleson, Burnet,
Caldwell, Calhoun, Callahan, Cameron, Camp, Carson, Cass, Castro, Chambers, Cherokee, Childress, Clay, Cochran,
Coke, Coleman, Collin, Collingsworth, Colorado, Comal, Comanche, Concho, Cooke, Coryell, Cottle, Crane, Crockett,
Crosby, Culberson, Dallam, Dallas, Dawson, Deaf Smith, Delta, Denton, DeWitt, Dickens, Dimmit, Donley, Duval,
Eastland, Ector, Edwards, Ellis, El Paso, Erath, Falls, Fannin, Fayette, Fisher, Floyd, Foard, Fort Bend, Franklin,
Freestone, Frio, Gaines, Galveston, Garza, Gillespie, Glasscock, Goliad, Gonzales, Gray, Grayson, Gregg, Grimes,
Guadalupe, Hale, Hall, Hamilton, Hansford, Hardeman, Hardin, Harris, Harrison, Hartley, Haskell, Hays, Hemphill,
Henderson, Hidalgo, Hill, Hockley, Hood, Hopkins, Houston, Howard, Hudspeth, Hunt, Hutchinson, Irion, Jack, Jackson,
Jasper, Jeff Davis, Jefferson, Jim Hogg, Jim Wells, Johnson, Jones, Karnes, Kaufman, Kendall, Kenedy, Kent, Kerr,
Kimble, King, Kinney, Kleberg, Knox, Lamar, Lamb, Lampasas, La Salle, Lavaca, Lee, Leon, Liberty, Limestone,
Lipscomb, Live Oak, Llano, Loving, Lubbock, Lynn, McCulloch, McLennan, McMullen, Madison, Marion, Martin, Mason,
Matagorda, Maverick, Medina, Menard, Midland, Milam, Mills, Mitchell, Montague, Montgomery, Moore, Morris, Motley,
Nacogdoches, Navarro, Newton, Nolan, Nueces, Ochiltree, Oldham, Orange, Palo Pinto, Panola, Parker, Parmer, Pecos,
Polk, Potter, Presidio, Rains, Randall, Reagan, Real, Red River, Reeves, Refugio, Roberts, Robertson, Rockwall,
Runnels, Rusk, Sabine, San Augustine, San Jacinto, San Patricio, San Saba, Schleicher, Scurry, Shackelford, Shelby,
Sherman, Smith, Somervell, Starr, Stephens, Sterling, Stonewall, Sutton, Swisher, Tarrant, Taylor, Terrell, Terry,
Throckmorton, Titus, Tom Green, Travis, Trinity, Tyler, Upshur, Upton, Uvalde, Val Verde, Van Zandt, Victoria,
Walker, Waller, Ward, Washington, Webb, Wharton, Wheeler, Wichita, Wilbarger, Willacy, Williamson, Wilson, Winkler,
Wise, Wood, Yoakum, Young, Zapata, Zavala
"""

COUNTIES = {name: f"48{2 * place + 1:03}" for place, name in enumerate(_NAMES.replace("\n", " ").strip().split(", "))}
"""The code of each county, by its name."""

_OFFICIAL = {"".join(name.split()).casefold(): name for name in COUNTIES}


def county(name: str) -> str | None:
    """Return the official spelling of a county's name; case, blanks and the word County are ignored. None if unknown.

    >>> county("Harris"), county("De Witt County"), county("Hariss")
    ('Harris', 'DeWitt', None)
    """
    words = name.split()
    if len(words) > 1 and words[-1].casefold() == "county":
        words.pop()
    return _OFFICIAL.get("".join(words).casefold())
