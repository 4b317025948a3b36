module ilf.local/go

go 1.19

require github.com/alibaba/ilogtail/pkg v0.0.0

// Stands in for the host's own module, which replaces it when it builds us.
replace github.com/alibaba/ilogtail/pkg => ./ilogtail
