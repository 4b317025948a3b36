module ilf.local/sink

go 1.19
