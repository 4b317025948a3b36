module ilf.local/example

go 1.19
