module ilf.local/example-delivered

go 1.19
