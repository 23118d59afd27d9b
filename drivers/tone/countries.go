package tone

// Countries lists the networks known; the first is the default.
var Countries = []Country{china, unitedStates, unitedKingdom, germany, france, japan, australia, taiwan, hongKong, india}

var (
	china = Country{Code: "CN", Ring: Ring{25, ms(1000, 4000)}, Signals: []Signal{ // GB 3380
		{Name: Dial, Hz: []float64{450}},
		{Name: Ringback, Hz: []float64{450}, Cadence: ms(1000, 4000)},
		{Name: Busy, Hz: []float64{450}, Cadence: ms(350, 350)},
		{Name: Congestion, Hz: []float64{450}, Cadence: ms(700, 700)},
		{Name: Unobtainable, Hz: []float64{450}, Cadence: ms(100, 100, 100, 100, 100, 100, 400, 400)},
		{Name: Waiting, Hz: []float64{450}, Cadence: ms(400, 4000)},
		{Name: Howler, Hz: []float64{950}},
	}}
	unitedStates = Country{Code: "US", Ring: Ring{20, ms(2000, 4000)}, Signals: []Signal{
		{Name: Dial, Hz: []float64{350, 440}},
		{Name: Ringback, Hz: []float64{440, 480}, Cadence: ms(2000, 4000)},
		{Name: Busy, Hz: []float64{480, 620}, Cadence: ms(500, 500)},
		{Name: Congestion, Hz: []float64{480, 620}, Cadence: ms(250, 250)},
		{Name: Waiting, Hz: []float64{440}, Cadence: ms(300, 10000)},
	}}
	unitedKingdom = Country{Code: "UK", Ring: Ring{25, ms(400, 200, 400, 2000)}, Signals: []Signal{ // BT SIN 350
		{Name: Dial, Hz: []float64{350, 440}},
		{Name: Ringback, Hz: []float64{400, 450}, Cadence: ms(400, 200, 400, 2000)},
		{Name: Busy, Hz: []float64{400}, Cadence: ms(375, 375)},
		{Name: Congestion, Hz: []float64{400}, Cadence: ms(400, 350, 225, 525)},
		{Name: Unobtainable, Hz: []float64{400}},
	}}
	germany = Country{Code: "DE", Ring: Ring{25, ms(1000, 4000)}, Signals: []Signal{
		{Name: Dial, Hz: []float64{425}},
		{Name: Ringback, Hz: []float64{425}, Cadence: ms(1000, 4000)},
		{Name: Busy, Hz: []float64{425}, Cadence: ms(480, 480)},
		{Name: Congestion, Hz: []float64{425}, Cadence: ms(240, 240)},
		{Name: Waiting, Hz: []float64{425}, Cadence: ms(200, 200, 200, 5000)},
	}}
	france = Country{Code: "FR", Ring: Ring{50, ms(1500, 3500)}, Signals: []Signal{
		{Name: Dial, Hz: []float64{440}},
		{Name: Ringback, Hz: []float64{440}, Cadence: ms(1500, 3500)},
		{Name: Busy, Hz: []float64{440}, Cadence: ms(500, 500)},
		{Name: Congestion, Hz: []float64{440}, Cadence: ms(250, 250)},
		{Name: Waiting, Hz: []float64{440}, Cadence: ms(300, 10000)},
	}}
	japan = Country{Code: "JP", Ring: Ring{16, ms(1000, 2000)}, Signals: []Signal{
		{Name: Dial, Hz: []float64{400}},
		{Name: Ringback, Hz: []float64{400}, AMHz: 16, Cadence: ms(1000, 2000)},
		{Name: Busy, Hz: []float64{400}, Cadence: ms(500, 500)},
	}}
	australia = Country{Code: "AU", Ring: Ring{25, ms(400, 200, 400, 2000)}, Signals: []Signal{
		{Name: Dial, Hz: []float64{425}, AMHz: 25},
		{Name: Ringback, Hz: []float64{400, 450}, Cadence: ms(400, 200, 400, 2000)},
		{Name: Busy, Hz: []float64{425}, Cadence: ms(375, 375)},
		{Name: Congestion, Hz: []float64{425}, Cadence: ms(375, 375), DropDB: 10},
		{Name: Unobtainable, Hz: []float64{425}, Cadence: ms(2500, 500)},
	}}
	taiwan = Country{Code: "TW", Ring: Ring{20, ms(1000, 2000)}, Signals: []Signal{
		{Name: Dial, Hz: []float64{350, 440}},
		{Name: Ringback, Hz: []float64{440, 480}, Cadence: ms(1000, 2000)},
		{Name: Busy, Hz: []float64{480, 620}, Cadence: ms(500, 500)},
		{Name: Congestion, Hz: []float64{480, 620}, Cadence: ms(250, 250)},
	}}
	hongKong = Country{Code: "HK", Ring: Ring{25, ms(400, 200, 400, 3000)}, Signals: []Signal{
		{Name: Dial, Hz: []float64{350, 440}},
		{Name: Ringback, Hz: []float64{440, 480}, Cadence: ms(400, 200, 400, 3000)},
		{Name: Busy, Hz: []float64{480, 620}, Cadence: ms(500, 500)},
		{Name: Congestion, Hz: []float64{480, 620}, Cadence: ms(250, 250)},
		{Name: Unobtainable, Hz: []float64{480, 620}},
	}}
	india = Country{Code: "IN", Ring: Ring{25, ms(400, 200, 400, 2000)}, Signals: []Signal{
		{Name: Dial, Hz: []float64{400}, AMHz: 25},
		{Name: Ringback, Hz: []float64{400}, AMHz: 25, Cadence: ms(400, 200, 400, 2000)},
		{Name: Busy, Hz: []float64{400}, Cadence: ms(750, 750)},
		{Name: Congestion, Hz: []float64{400}, Cadence: ms(250, 250)},
		{Name: Unobtainable, Hz: []float64{400}, Cadence: ms(2800, 200)},
	}}
)
