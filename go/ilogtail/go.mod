module github.com/alibaba/ilogtail/pkg

go 1.19
