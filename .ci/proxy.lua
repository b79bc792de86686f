-- What memcached's proxy is started with by behind-proxy: every key is of the one server behind it.
pools{
	main = { backends = { os.getenv("LIBMC_BACKEND") } }
}
routes{
	default = route_direct{ child = "main" }
}
