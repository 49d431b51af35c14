package fake

// usCities are the largest cities of the US and some of every part of it. The
// ZIP ranges lie within the city's own three-digit sections.
const usCities = `
New York|New York|NY|212 646 917|10001|10040|40.713|-74.006|New_York|8336
Brooklyn|New York|NY|718 347 929|11201|11239|40.678|-73.944|New_York|2590
Buffalo|New York|NY|716|14201|14228|42.886|-78.878|New_York|276
Rochester|New York|NY|585|14604|14626|43.157|-77.608|New_York|210
Los Angeles|California|CA|213 323 310|90001|90068|34.052|-118.244|Los_Angeles|3822
San Diego|California|CA|619 858|92101|92124|32.716|-117.161|Los_Angeles|1381
San Jose|California|CA|408 669|95110|95139|37.338|-121.886|Los_Angeles|971
San Francisco|California|CA|415 628|94102|94134|37.775|-122.419|Los_Angeles|808
Fresno|California|CA|559|93701|93730|36.738|-119.787|Los_Angeles|545
Sacramento|California|CA|916 279|95811|95838|38.582|-121.494|Los_Angeles|528
Oakland|California|CA|510 341|94601|94621|37.804|-122.271|Los_Angeles|430
Chicago|Illinois|IL|312 773 872|60601|60661|41.878|-87.630|Chicago|2665
Springfield|Illinois|IL|217|62701|62712|39.782|-89.650|Chicago|113
Houston|Texas|TX|713 281 832|77002|77099|29.760|-95.370|Chicago|2303
San Antonio|Texas|TX|210 726|78201|78261|29.424|-98.494|Chicago|1473
Dallas|Texas|TX|214 469 972|75201|75254|32.777|-96.797|Chicago|1300
Austin|Texas|TX|512 737|78701|78759|30.267|-97.743|Chicago|975
Fort Worth|Texas|TX|817 682|76102|76140|32.755|-97.331|Chicago|957
El Paso|Texas|TX|915|79901|79938|31.762|-106.485|Denver|678
Phoenix|Arizona|AZ|602 480 623|85003|85054|33.448|-112.074|Phoenix|1645
Tucson|Arizona|AZ|520|85701|85757|32.222|-110.975|Phoenix|547
Philadelphia|Pennsylvania|PA|215 267|19102|19154|39.953|-75.165|New_York|1567
Pittsburgh|Pennsylvania|PA|412 878|15201|15243|40.441|-79.996|New_York|303
Jacksonville|Florida|FL|904|32202|32277|30.332|-81.656|New_York|971
Miami|Florida|FL|305 786|33125|33196|25.762|-80.192|New_York|449
Tampa|Florida|FL|813|33602|33647|27.951|-82.457|New_York|399
Orlando|Florida|FL|407 689|32801|32839|28.538|-81.379|New_York|316
Columbus|Ohio|OH|614 380|43201|43235|39.961|-82.999|New_York|908
Cleveland|Ohio|OH|216|44102|44144|41.499|-81.694|New_York|362
Cincinnati|Ohio|OH|513|45202|45255|39.103|-84.512|New_York|309
Charlotte|North Carolina|NC|704 980|28202|28278|35.227|-80.843|New_York|898
Raleigh|North Carolina|NC|919 984|27601|27617|35.780|-78.638|New_York|477
Indianapolis|Indiana|IN|317 463|46201|46278|39.768|-86.158|Indiana/Indianapolis|880
Seattle|Washington|WA|206|98101|98199|47.606|-122.332|Los_Angeles|749
Spokane|Washington|WA|509|99201|99224|47.659|-117.426|Los_Angeles|230
Denver|Colorado|CO|303 720|80202|80264|39.739|-104.990|Denver|713
Colorado Springs|Colorado|CO|719|80903|80951|38.834|-104.821|Denver|486
Washington|District of Columbia|DC|202|20001|20024|38.907|-77.037|New_York|672
Boston|Massachusetts|MA|617 857|02108|02137|42.360|-71.059|New_York|650
Worcester|Massachusetts|MA|508 774|01602|01610|42.263|-71.802|New_York|205
Nashville|Tennessee|TN|615 629|37201|37221|36.163|-86.781|Chicago|684
Memphis|Tennessee|TN|901|38103|38141|35.150|-90.049|Chicago|621
Oklahoma City|Oklahoma|OK|405|73102|73179|35.468|-97.516|Chicago|694
Tulsa|Oklahoma|OK|918|74103|74137|36.154|-95.993|Chicago|412
Las Vegas|Nevada|NV|702 725|89101|89149|36.170|-115.140|Los_Angeles|656
Portland|Oregon|OR|503 971|97201|97236|45.515|-122.679|Los_Angeles|635
Detroit|Michigan|MI|313|48201|48243|42.331|-83.046|Detroit|620
Grand Rapids|Michigan|MI|616|49503|49548|42.963|-85.668|Detroit|197
Louisville|Kentucky|KY|502|40202|40299|38.253|-85.759|Kentucky/Louisville|624
Baltimore|Maryland|MD|410 443|21201|21239|39.290|-76.612|New_York|570
Milwaukee|Wisconsin|WI|414|53202|53228|43.039|-87.906|Chicago|563
Madison|Wisconsin|WI|608|53703|53719|43.073|-89.401|Chicago|273
Albuquerque|New Mexico|NM|505|87102|87123|35.084|-106.651|Denver|561
Kansas City|Missouri|MO|816|64101|64167|39.100|-94.579|Chicago|509
St. Louis|Missouri|MO|314|63101|63147|38.627|-90.199|Chicago|287
Atlanta|Georgia|GA|404 470 678|30303|30354|33.749|-84.388|New_York|499
Savannah|Georgia|GA|912|31401|31419|32.081|-81.091|New_York|148
Virginia Beach|Virginia|VA|757 948|23451|23464|36.853|-75.978|New_York|455
Richmond|Virginia|VA|804|23219|23237|37.541|-77.436|New_York|229
Omaha|Nebraska|NE|402 531|68102|68164|41.257|-95.934|Chicago|485
Minneapolis|Minnesota|MN|612|55401|55455|44.978|-93.265|Chicago|425
Wichita|Kansas|KS|316|67202|67235|37.687|-97.330|Chicago|396
New Orleans|Louisiana|LA|504|70112|70131|29.951|-90.072|Chicago|369
Honolulu|Hawaii|HI|808|96813|96826|21.307|-157.858|Honolulu|343
Newark|New Jersey|NJ|973 862|07102|07114|40.736|-74.172|New_York|305
Anchorage|Alaska|AK|907|99501|99518|61.218|-149.900|Anchorage|287
Salt Lake City|Utah|UT|801 385|84101|84124|40.761|-111.891|Denver|204
Boise|Idaho|ID|208 986|83702|83716|43.615|-116.202|Boise|236
Des Moines|Iowa|IA|515|50309|50321|41.587|-93.625|Chicago|211
Birmingham|Alabama|AL|205 659|35203|35235|33.519|-86.802|Chicago|196
Little Rock|Arkansas|AR|501|72201|72212|34.747|-92.290|Chicago|202
Providence|Rhode Island|RI|401|02903|02909|41.824|-71.413|New_York|189
Hartford|Connecticut|CT|860 959|06103|06120|41.764|-72.685|New_York|120
Jackson|Mississippi|MS|601 769|39201|39216|32.299|-90.185|Chicago|146
Charleston|South Carolina|SC|843 854|29401|29414|32.776|-79.931|New_York|153
Sioux Falls|South Dakota|SD|605|57103|57110|43.545|-96.731|Chicago|202
Fargo|North Dakota|ND|701|58102|58104|46.877|-96.790|Chicago|131
Billings|Montana|MT|406|59101|59106|45.783|-108.501|Denver|117
Manchester|New Hampshire|NH|603|03101|03109|42.996|-71.455|New_York|115
Portland|Maine|ME|207|04101|04103|43.659|-70.257|New_York|69
Wilmington|Delaware|DE|302|19801|19810|39.745|-75.547|New_York|71
Charleston|West Virginia|WV|304 681|25301|25314|38.350|-81.633|New_York|48
Cheyenne|Wyoming|WY|307|82001|82009|41.140|-104.820|Denver|65
Burlington|Vermont|VT|802|05401|05408|44.476|-73.212|New_York|44
`
